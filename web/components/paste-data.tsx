import { useRef, useState } from "preact/hooks";
import { loadOwn } from "../state/actions";

/** Cells copied from a spreadsheet, or CSV text. */
export function PasteData() {
  const [text, setText] = useState("");
  const box = useRef<HTMLDetailsElement>(null);
  return (
    <details class="paste" ref={box}>
      <summary>Paste data</summary>
      <label for="pasted">Cells from a spreadsheet or CSV text, with a header row</label>
      <textarea
        id="pasted"
        rows={6}
        spellcheck={false}
        value={text}
        placeholder={"yi,vi,group\n0.31,0.021,a\n0.52,0.024,b"}
        onInput={(event) => setText(event.currentTarget.value)}
      />
      <button
        type="button"
        disabled={text.trim() === ""}
        onClick={async () => {
          await loadOwn(new TextEncoder().encode(text), "pasted.csv");
          if (box.current !== null) box.current.open = false;
        }}
      >
        Use these data
      </button>
    </details>
  );
}
