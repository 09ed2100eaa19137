/** glob: text against a pattern in which `*` is any text and `?` any one character. */

/** Takes at most text × pattern steps whatever the two are, which regular expressions do not. */
export function glob(text: string, pattern: string): boolean {
  let at = 0;
  let expected = 0;
  /** Where the last `*` stands, and the place in the text up to which it has been stretched. */
  let star = -1;
  let stretched = 0;
  while (at < text.length) {
    if (pattern[expected] === '*') {
      star = expected;
      stretched = at;
      expected += 1;
    } else if (pattern[expected] === '?' || pattern[expected] === text[at]) {
      at += 1;
      expected += 1;
    } else if (star >= 0) {
      stretched += 1;
      at = stretched;
      expected = star + 1;
    } else return false;
  }
  return /^\**$/.test(pattern.slice(expected));
}
