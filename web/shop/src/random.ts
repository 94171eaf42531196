/** 32 hexadecimal digits. `crypto.randomUUID` is missing on pages without TLS. */
export function randomText(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((each) => each.toString(16).padStart(2, "0")).join("");
}
