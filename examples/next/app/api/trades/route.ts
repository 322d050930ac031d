import { readTrades } from '../../../lib/trades'

export function GET() {
  return Response.json(readTrades())
}
