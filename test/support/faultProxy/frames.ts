/** One WebSocket frame (RFC 6455, section 5.2), with its bytes as they came. */
export interface Frame {
  opcode: number
  /** What it says, where it is a text frame. */
  text: string | undefined
  bytes: Buffer
}

const TEXT = 1
const CLOSE = 8

/** Splits a stream of bytes into frames; bytes of an unfinished one wait. */
export function createFrameSplitter(): (chunk: Buffer) => Frame[] {
  let waiting = Buffer.alloc(0)
  return chunk => {
    waiting = Buffer.concat([waiting, chunk])
    const frames: Frame[] = []
    for (let frame = readFrame(waiting); frame; frame = readFrame(waiting)) {
      frames.push(frame)
      waiting = waiting.subarray(frame.bytes.length)
    }
    return frames
  }
}

function readFrame(bytes: Buffer): Frame | undefined {
  if (bytes.length < 2) return undefined
  const short = bytes.readUInt8(1) & 0x7f
  const lengthSize = short === 127 ? 8 : short === 126 ? 2 : 0
  const isMasked = bytes.readUInt8(1) >= 0x80
  const start = 2 + lengthSize + (isMasked ? 4 : 0)
  if (bytes.length < start) return undefined
  const length =
    lengthSize === 8 ? Number(bytes.readBigUInt64BE(2)) : lengthSize ? bytes.readUInt16BE(2) : short
  const end = start + length
  if (bytes.length < end) return undefined
  const opcode = bytes.readUInt8(0) & 0x0f
  const payload = Buffer.from(bytes.subarray(start, end))
  if (isMasked)
    payload.forEach((byte, index) => (payload[index] = byte ^ bytes.readUInt8(start - 4 + (index % 4))))
  return {
    opcode,
    text: opcode === TEXT ? payload.toString('utf8') : undefined,
    bytes: Buffer.from(bytes.subarray(0, end)),
  }
}

/** A text frame as a server sends it: unmasked and unfragmented. */
export function textFrame(text: string): Buffer {
  return encode(TEXT, Buffer.from(text))
}

/** A close frame as a server sends it; 1005 stands for one without a code. */
export function closeFrame(code: number, reason = ''): Buffer {
  if (code === 1005) return encode(CLOSE, Buffer.alloc(0))
  const payload = Buffer.alloc(2)
  payload.writeUInt16BE(code)
  return encode(CLOSE, Buffer.concat([payload, Buffer.from(reason)]))
}

function encode(opcode: number, payload: Buffer): Buffer {
  const { length } = payload
  const head = Buffer.alloc(length < 126 ? 2 : length < 65_536 ? 4 : 10)
  head.writeUInt8(0x80 | opcode, 0)
  head.writeUInt8(length < 126 ? length : length < 65_536 ? 126 : 127, 1)
  if (head.length === 4) head.writeUInt16BE(length, 2)
  if (head.length === 10) head.writeBigUInt64BE(BigInt(length), 2)
  return Buffer.concat([head, payload])
}
