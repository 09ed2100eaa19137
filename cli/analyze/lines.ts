/** linesOf: a stream of bytes, line by line, however large the whole is. */

/** Every line without its end, the last one as well when nothing ends it. */
export async function* linesOf(
  chunks: AsyncIterable<Uint8Array | string>,
): AsyncGenerator<string, void> {
  const decoder = new TextDecoder();
  // Pieces are joined once: a line of many chunks would otherwise be copied with each of them.
  let pieces: string[] = [];
  for await (const chunk of chunks) {
    const text = typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true });
    let from = 0;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', from)) {
      yield withoutReturn(pieces.join('') + text.slice(from, end));
      pieces = [];
      from = end + 1;
    }
    pieces.push(text.slice(from));
  }
  const last = withoutReturn(pieces.join('') + decoder.decode());
  if (last !== '') yield last;
}

function withoutReturn(line: string): string {
  return line.endsWith('\r') ? line.slice(0, -1) : line;
}
