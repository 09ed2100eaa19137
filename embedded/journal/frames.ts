/** PostgreSQL's wire protocol, as far as it takes to tell messages apart. */

/** What a client sends: `start` has no type byte, the others are named by theirs. */
export interface Frame {
  type: string;
  bytes: Buffer;
}

const protocolVersion = 196_608;
const cancelRequest = 80_877_102;
const sslRequest = 80_877_103;
const encryptionRequest = 80_877_104;

/** Far more than an entry of the journal; a length beyond it is not our protocol. */
const longestFrame = 64_000_000;
const longestStart = 10_000;

/** Cuts what a client sends into messages. `push` throws when it is not PostgreSQL's protocol. */
export function createFrameReader(): { push(chunk: Buffer): Frame[] } {
  let chunks: Buffer[] = [];
  let size = 0;
  let needed = 0;
  let started = false;

  return {
    push(chunk) {
      chunks.push(chunk);
      size += chunk.length;
      // A long message arrives in many chunks: they are joined once, not at each.
      if (size < needed) return [];
      let rest = chunks.length === 1 ? chunk : Buffer.concat(chunks);
      const frames: Frame[] = [];
      for (;;) {
        needed = started ? typedLength(rest) : startLength(rest);
        if (rest.length < needed) break;
        const frame = toFrame(rest.subarray(0, needed), started);
        started ||= frame.type === 'start';
        frames.push(frame);
        rest = rest.subarray(needed);
      }
      chunks = [rest];
      size = rest.length;
      return frames;
    },
  };
}

function startLength(bytes: Buffer): number {
  if (bytes.length < 8) return 8;
  const length = bytes.readInt32BE(0);
  if (length < 8 || length > longestStart) throw new Error(`a first message of ${length} bytes`);
  return length;
}

function typedLength(bytes: Buffer): number {
  if (bytes.length < 5) return 5;
  const length = bytes.readInt32BE(1);
  if (length < 4 || length > longestFrame) throw new Error(`a message of ${length} bytes`);
  return 1 + length;
}

function toFrame(bytes: Buffer, started: boolean): Frame {
  if (started) return { type: String.fromCharCode(bytes[0] ?? 0), bytes };
  const code = bytes.readInt32BE(4);
  if (code === protocolVersion) return { type: 'start', bytes };
  if (code === sslRequest || code === encryptionRequest) return { type: 'encrypt', bytes };
  if (code === cancelRequest) return { type: 'cancel', bytes };
  throw new Error(`protocol ${code >> 16}.${code & 0xffff}`);
}

/** Cuts an answer of the database, which always is a whole number of messages. */
export function splitAnswer(answer: Uint8Array): Frame[] {
  const bytes = Buffer.from(answer.buffer, answer.byteOffset, answer.byteLength);
  const frames: Frame[] = [];
  for (let start = 0; start < bytes.length;) {
    const end = start + 1 + bytes.readInt32BE(start + 1);
    const type = String.fromCharCode(bytes[start] ?? 0);
    frames.push({ type, bytes: bytes.subarray(start, end) });
    start = end;
  }
  return frames;
}

/** A message of its own, e.g. `message('S')`. */
export function message(type: string, body: Buffer = Buffer.alloc(0)): Buffer {
  const head = Buffer.alloc(5);
  head.write(type, 0, 'latin1');
  head.writeInt32BE(4 + body.length, 1);
  return Buffer.concat([head, body]);
}

/** An error that ends the connection, with its SQLSTATE. */
export function fatalError(code: string, text: string): Buffer {
  return message('E', Buffer.from(`SFATAL\0VFATAL\0C${code}\0M${text}\0\0`));
}
