import { focusManager, onlineManager } from '@tanstack/react-query'
import { createPlatform, systemClock } from '../core/platform.ts'

/**
 * The page and the network, combined with what the application tells TanStack Query about its platform. In
 * React Native that is whether the app is in the foreground and online.
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
