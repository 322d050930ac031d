/**
 * How every test starts Chromium. Without the last four flags, it makes its own requests, from a machine that
 * may have no network.
 */
export const chromiumArgs = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]
