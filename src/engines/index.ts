export { durableStreams } from './durableStreams.ts'
export { mercure } from './mercure.ts'
export { nchan, type NchanEventsOptions, type NchanLongPollOptions, type NchanOptions } from './nchan.ts'
