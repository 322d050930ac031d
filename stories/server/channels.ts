import { BadRequest } from './badRequest.ts'
import { createChannel, type Channel } from './channel.ts'

export type Channels = ReturnType<typeof createChannels>

/** Maximum number of channels. Beyond it, the least recently used idle ones are dropped. */
const MAX_CHANNELS = 200

/** The channels by name, created on first use. */
export function createChannels() {
  const channels = new Map<string, Channel>()

  function dropIdle(): void {
    for (const [name, channel] of channels) {
      if (channels.size <= MAX_CHANNELS) return
      if (channel.connections.isAnybodyThere()) continue
      channel.close()
      channels.delete(name)
    }
  }

  return {
    get(name: string): Channel {
      if (name.length > 200) throw new BadRequest('"channel" must be at most 200 characters.')
      const channel = channels.get(name) ?? createChannel()
      channels.delete(name)
      channels.set(name, channel)
      dropIdle()
      return channel
    },
    closeAll(): void {
      for (const channel of channels.values()) channel.close()
      channels.clear()
    },
  }
}
