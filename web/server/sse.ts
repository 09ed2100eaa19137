/** Server-sent events as the HTML standard defines them, from a body that fetch reads. */

export interface ServerEvent {
  id: string | null;
  /** `message` when the server names none. */
  type: string;
  data: string;
}

/** Text in, in pieces of any size; complete events out. Comments are skipped. */
export function createParser(): (text: string) => ServerEvent[] {
  let rest = '';
  let event = blank(null);
  return (text) => {
    // A lone \r at the end may be the first half of \r\n, so it waits for more.
    const lines = (rest + text).split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop() ?? '';
    const events: ServerEvent[] = [];
    for (const line of lines) {
      if (line !== '') {
        takeLine(event, line);
        continue;
      }
      const { id, type, data } = event;
      if (data.length > 0) events.push({ id, type, data: data.join('\n') });
      event = blank(id);
    }
    return events;
  };
}

type OpenEvent = Omit<ServerEvent, 'data'> & { data: string[] };

function blank(id: string | null): OpenEvent {
  return { id, type: 'message', data: [] };
}

function takeLine(event: OpenEvent, line: string): void {
  const [, field, value = ''] = /^([^:]*)(?:: ?([\s\S]*))?$/.exec(line) ?? [];
  if (field === 'data') event.data.push(value);
  else if (field === 'event') event.type = value;
  else if (field === 'id') event.id = value;
}
