/** A client in one channel of the demo server. */
export interface Demo {
  readonly channel: string
  readonly client: string
  /** URL of a path, with this channel and client. */
  url(path: string, query?: Readonly<Record<string, string | number>>): string
  /** Sends a GET and parses the response. */
  get<Answer>(path: string, query?: Readonly<Record<string, string | number>>): Promise<Answer>
  /** Posts JSON and parses the response. */
  post<Answer>(path: string, body: unknown): Promise<Answer>
}

/** Creates a client of the demo server, which runs at the origin of the page. */
export function createDemo(channel: string, client: string): Demo {
  function url(path: string, query: Readonly<Record<string, string | number>> = {}): string {
    const search = new URLSearchParams({ channel, client })
    for (const [name, value] of Object.entries(query)) search.set(name, String(value))
    return `${path}?${search.toString()}`
  }

  return {
    channel,
    client,
    url,
    get: async <Answer>(path: string, query = {}) =>
      (await (await fetch(url(path, query), { cache: 'no-store' })).json()) as Answer,
    post: async <Answer>(path: string, body: unknown) =>
      (await (await fetch(url(path), { method: 'POST', body: JSON.stringify(body) })).json()) as Answer,
  }
}
