/** An AbortSignal, also for programs whose types do not have it. */
export interface Signal {
  /** whether it was given */
  readonly aborted: boolean;
  /** throws its reason if it was given */
  throwIfAborted(): void;
  /** calls back when it is given; with `once`, no more than once */
  addEventListener(type: "abort", listener: () => void, options?: { readonly once?: boolean }): void;
  /** calls back no more */
  removeEventListener(type: "abort", listener: () => void): void;
}
