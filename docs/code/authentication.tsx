// #region session
import { useSyncExternalStore } from 'react'
import { UnauthorizedError } from 'react-query-realtime'

interface Session {
  userId: string
  accessToken: string
  refreshToken: string
  /** When the access token expires, by the clock of this machine (ms since 1970). */
  endsAt: number
}

let session: Session | null = null
const listeners = new Set<() => void>()

function setSession(next: Session | null) {
  session = next
  for (const listener of listeners) listener()
}

function subscribe(listener: () => void) {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}

export const useSession = () =>
  useSyncExternalStore(
    subscribe,
    () => session,
    () => null,
  )

async function requestSession(path: string, body: object): Promise<Session> {
  const response = await fetch(path, { method: 'POST', body: JSON.stringify(body) })
  if (response.status === 401) throw new UnauthorizedError()
  if (!response.ok) throw new Error(`HTTP ${response.status}`)
  // This server's `expiresIn` is in ms. The `expires_in` of OAuth is in seconds.
  const issued = (await response.json()) as Omit<Session, 'endsAt'> & { expiresIn: number }
  return { ...issued, endsAt: Date.now() + issued.expiresIn }
}

export async function login(user: string, password: string) {
  setSession(await requestSession('/login', { user, password }))
}

export function logout() {
  const former = session
  setSession(null)
  const body = JSON.stringify({ refreshToken: former?.refreshToken })
  if (former) void fetch('/logout', { method: 'POST', body }).catch(() => undefined)
}
// #endregion session

// #region refresh
let refreshing: Promise<Session> | undefined

/** The session, with an access token that has not expired. */
async function currentSession(): Promise<Session> {
  return session && session.endsAt > Date.now() ? session : refresh()
}

/** Overlapping calls share one request, because a refresh token can often be used only once. */
function refresh(): Promise<Session> {
  refreshing ??= requestFreshSession().finally(() => (refreshing = undefined))
  return refreshing
}

async function requestFreshSession(): Promise<Session> {
  const former = session
  if (!former) throw new UnauthorizedError()
  try {
    const fresh = await requestSession('/refresh', { refreshToken: former.refreshToken })
    if (session === former) setSession(fresh)
    return fresh
  } catch (error) {
    // The refresh token has expired, too: show the login form.
    if (error instanceof UnauthorizedError && session === former) setSession(null)
    throw error
  }
}
// #endregion refresh

// #region getToken
import type { GetToken } from 'react-query-realtime'

export const getToken: GetToken = async ({ reason }) => {
  const { accessToken, endsAt } = await (reason === 'connect' ? currentSession() : refresh())
  return { token: accessToken, expiresIn: endsAt - Date.now() }
}
// #endregion getToken

// #region apiFetch
/** `fetch` with the same token, for your own requests. */
export async function apiFetch(path: string, init: RequestInit = {}): Promise<Response> {
  const attempt = ({ accessToken }: Session) => {
    const headers = new Headers(init.headers)
    headers.set('Authorization', `Bearer ${accessToken}`)
    return fetch(path, { ...init, headers })
  }
  const response = await attempt(await currentSession())
  return response.status === 401 ? attempt(await refresh()) : response
}
// #endregion apiFetch

// #region app
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { type SyntheticEvent, useState } from 'react'
import { RealtimeProvider } from 'react-query-realtime'

export function App() {
  const userId = useSession()?.userId
  return userId === undefined ? <LoginForm /> : <SignedIn key={userId} />
}

function SignedIn() {
  const [queryClient] = useState(() => new QueryClient())
  return (
    <QueryClientProvider client={queryClient}>
      <RealtimeProvider getToken={getToken}>
        <Account />
        <button onClick={logout}>Log out</button>
      </RealtimeProvider>
    </QueryClientProvider>
  )
}

function LoginForm() {
  const [error, setError] = useState('')
  const submit = async (form: FormData) => {
    try {
      await login(form.get('user') as string, form.get('password') as string)
    } catch (cause) {
      setError(cause instanceof UnauthorizedError ? 'Wrong user or password' : String(cause))
    }
  }
  const onSubmit = (event: SyntheticEvent<HTMLFormElement>) => {
    event.preventDefault()
    void submit(new FormData(event.currentTarget))
  }
  return (
    <form onSubmit={onSubmit}>
      <input name="user" aria-label="User" />
      <input name="password" type="password" aria-label="Password" />
      <button>Log in</button>
      <p role="alert">{error}</p>
    </form>
  )
}
// #endregion app

// #region account
import { useQuery } from '@tanstack/react-query'
import { useEffect } from 'react'
import { socketOptions, useSocket, useSocketQuery } from 'react-query-realtime'
import { z } from 'zod'

const inbox = z.object({ userId: z.string(), unread: z.number() })
const account = socketOptions({ url: '/socket', messages: { inbox } })

async function fetchOrders() {
  const response = await apiFetch('/orders')
  if (!response.ok) throw new Error(`HTTP ${response.status}`)
  return (await response.json()) as { userId: string; orders: number }
}

export function Account() {
  const { status, error } = useSocket(account)
  const { data: mail } = useSocketQuery(account, { type: 'inbox' })
  const { data: list } = useQuery({ queryKey: ['orders'], queryFn: fetchOrders })
  useEffect(() => {
    if (error?.code === 'unauthorized') logout()
  }, [error])
  return (
    <p role="status">
      {status}: {mail?.unread} unread of {mail?.userId}, {list?.orders} orders of {list?.userId}
    </p>
  )
}
// #endregion account

// #region tabs
const otherTabs = new BroadcastChannel('session')
otherTabs.onmessage = ({ data: userId }: MessageEvent<string>) => {
  if (session?.userId === userId) setSession(null)
}

/** Logs this user out in all tabs. */
export function logoutEverywhere() {
  otherTabs.postMessage(session?.userId)
  logout()
}
// #endregion tabs
