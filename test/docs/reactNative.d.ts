/** What the guide for React Native uses of packages that are not installed here. */
declare module 'react-native' {
  export const AppState: {
    addEventListener(event: 'change', listener: (state: string) => void): { remove(): void }
  }
}
declare module '@react-native-community/netinfo' {
  const NetInfo: {
    addEventListener(listener: (state: { isConnected: boolean | null }) => void): () => void
  }
  export default NetInfo
}
declare module 'expo/fetch' {
  export function fetch(url: string, init: RequestInit): Promise<Response>
}
