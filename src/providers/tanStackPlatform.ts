import { focusManager, onlineManager } from '@tanstack/react-query'
import type { Environment } from '../core/platform.ts'

/**
 * What the application tells TanStack Query about its platform. In React Native: whether the app is in the
 * foreground and online.
 */
export const tanStackPlatform: Environment = {
  isHidden: () => !focusManager.isFocused(),
  isOnline: () => onlineManager.isOnline(),
  subscribe(listener) {
    const undo = [
      focusManager.subscribe(isFocused => listener(isFocused ? 'visible' : 'hidden')),
      onlineManager.subscribe(isOnline => listener(isOnline ? 'online' : 'offline')),
    ]
    return () => undo.forEach(call => call())
  },
}
