/** What the caller handed in can't be right; nothing was sent. */
export class InvalidInput extends Error {
  override readonly name: string = "InvalidInput";
}
