/* Server-sent events as they are read with fetch. */

/** The events of a body: `{id, data}`. Comments are left out, and so is a last event that does not end. */
export async function* parse(body, onbytes = () => {}) {
  const reader = body.getReader(), decoder = new TextDecoder();
  let held = "", id = "", data = [];
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    onbytes();
    const lines = (held + decoder.decode(value, { stream: true })).split(/\r\n|\n|\r(?!$)/);   // a last \r may have its \n in the next piece
    held = lines.pop();
    for (const line of lines) {
      if (!line) {
        if (data.length) yield { id, data: data.join("\n") };
        data = [];
        continue;
      }
      const [, field, value] = /^([^:]*)(?:: ?(.*))?$/su.exec(line);
      if (field === "data") data.push(value ?? "");
      else if (field === "id") id = value ?? "";
    }
  }
}
