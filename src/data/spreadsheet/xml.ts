import { Parser } from "saxen";

/** What is told of an XML text, in order. Names are without their prefixes, texts and attributes decoded. */
export interface XmlEvents {
  open?(name: string, attributes: () => Readonly<Record<string, string>>): void;
  close?(name: string): void;
  text?(text: string): void;
}

/** Goes through an XML text. Throws an Error where it is none. */
export function eachXml(xml: string, { open, close, text }: XmlEvents): void {
  const parser = new Parser();
  if (open !== undefined) {
    parser.on("openTag", (name, attributes, decode) =>
      open(local(name), () => {
        const named: Record<string, string> = {};
        for (const [key, value] of Object.entries(attributes())) named[local(key)] = decode(value);
        return named;
      }),
    );
  }
  if (close !== undefined) parser.on("closeTag", (name) => close(local(name)));
  if (text !== undefined) {
    parser.on("text", (piece, decode) => text(decode(piece)));
    parser.on("cdata", text);
  }
  parser.on("error", (error) => {
    throw error;
  });
  parser.parse(xml);
}

function local(name: string): string {
  return name.slice(name.indexOf(":") + 1);
}
