/** What an event stream says, in its order. */
export type Found =
  { id: string } | { data: string; type: string; id: string | undefined } | { retry: number }

/** HTML's "Interpreting an event stream", sentence by sentence, for a whole stream at once. */
export function readByStandard(bytes: Uint8Array): Found[] {
  const found: Found[] = []
  let data = ''
  let type = ''
  let id: string | undefined
  const lines = new TextDecoder().decode(bytes).split(/\r\n|\r|\n/)
  for (const line of lines.slice(0, -1)) {
    if (line === '') {
      if (id !== undefined) found.push({ id })
      if (data !== '') found.push({ data: data.slice(0, -1), type: type || 'message', id })
      data = ''
      type = ''
      id = undefined
      continue
    }
    const colon = line.indexOf(':')
    if (colon === 0) continue
    const field = colon < 0 ? line : line.slice(0, colon)
    const raw = colon < 0 ? '' : line.slice(colon + 1)
    const value = raw.startsWith(' ') ? raw.slice(1) : raw
    if (field === 'data') data += `${value}\n`
    else if (field === 'event') type = value
    else if (field === 'id' && !value.includes('\0')) id = value
    else if (field === 'retry' && /^[0-9]+$/.test(value)) found.push({ retry: Number(value) })
  }
  return found
}
