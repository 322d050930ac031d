import { readPrices } from '../../../lib/prices'

export function GET() {
  return Response.json(readPrices())
}
