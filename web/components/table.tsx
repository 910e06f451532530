import type { ComponentChildren } from "preact";

export interface TableColumn {
  readonly header: string;
  readonly cells: readonly ComponentChildren[];
  readonly words?: boolean;
}

interface Props {
  readonly caption: string;
  /** the first one names the rows */
  readonly columns: readonly TableColumn[];
}

/** A table with a caption. Where it is too wide it scrolls, with the keyboard too. */
export function Table({ caption, columns }: Props) {
  const [first, ...others] = columns;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable with the keyboard
    <section class="scroll" tabIndex={0} aria-label={caption}>
      <table>
        <caption>{caption}</caption>
        <thead>
          <tr>
            {columns.map(({ header, words }, j) => (
              <th key={header} scope="col" class={j === 0 || words ? "" : "number"}>
                {header}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {first!.cells.map((name, i) => (
            <tr key={i}>
              <th scope="row">{name}</th>
              {others.map(({ header, cells, words }) => (
                <td key={header} class={words ? "words" : "number"}>
                  {cells[i]}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
