import { focusManager, onlineManager } from '@tanstack/react-query'
import { createPlatform, systemClock } from '../core/platform.ts'

/**
 * The page and the network, as TanStack Query sees them. Without `focusManager.setFocused`, the document decides whether
 * the page is hidden. In React Native the application reports whether it is in the foreground and online.
 */
export const platform = createPlatform(systemClock, {
  isHidden: () => !focusManager.isFocused(),
  isOnline: () => onlineManager.isOnline(),
  subscribe(listener) {
    const undo = [
      focusManager.subscribe(isFocused => listener(isFocused ? 'visible' : 'hidden')),
      onlineManager.subscribe(isOnline => listener(isOnline ? 'online' : 'offline')),
    ]
    return () => undo.forEach(call => call())
  },
})
