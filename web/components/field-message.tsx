import type { Field } from "../model/choices";
import { messageFor } from "../state/app-state";

/** The error of a field, beside it. It is announced when it appears, and is the description of the field. */
export function FieldMessage({ field }: { readonly field: Field }) {
  const message = messageFor(field);
  return (
    <p class="field-message" id={messageId(field)} role="alert">
      {message}
    </p>
  );
}

/** What ties a control to its message. */
export function describedBy(field: Field) {
  const wrong = messageFor(field) !== "";
  return { "aria-describedby": messageId(field), "aria-invalid": wrong ? ("true" as const) : undefined };
}

function messageId(field: Field): string {
  return `message-${field}`;
}
