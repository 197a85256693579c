// Server-sent events of an answer to a request that EventSource cannot make.

/** The events of a Response as they come: { type, data }, data parsed. A comment or an event without data is no event. */
export async function* events(answer) {
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) {
        return;
      }
      const blocks = (rest + value).split(/\r?\n\r?\n/);
      rest = blocks.pop();
      for (const block of blocks) {
        const lines = block.split(/\r?\n/);
        const of = (field) => lines.filter((line) => line.startsWith(field + ':')).map((line) => line.slice(field.length + 1).replace(/^ /, ''));
        const data = of('data').join('\n');
        if (data) {
          yield { type: of('event')[0] ?? 'message', data: JSON.parse(data) };
        }
      }
    }
  } finally {
    // Whoever stops reading ends the request, too.
    reader.cancel().catch(() => {});
  }
}
