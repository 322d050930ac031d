/** One world of the demo server: a channel of its own, and the client's name in it. */
export interface Demo {
  readonly channel: string
  readonly client: string
  /** A path of the demo server, for this channel and client. */
  url(path: string, query?: Readonly<Record<string, string | number>>): string
  /** The parsed answer of a GET. */
  get<Answer>(path: string, query?: Readonly<Record<string, string | number>>): Promise<Answer>
  /** The parsed answer of a POST of JSON. */
  post<Answer>(path: string, body: unknown): Promise<Answer>
}

/** The demo server as seen from one channel; it stands where the page comes from. */
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
