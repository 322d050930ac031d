const peers = ['react', 'react-dom', '@tanstack/react-query']

/** What the same feature costs an app that imports it from a peer, measured as our own is. */
const entry = (name, path, names) => ({
  name,
  path: `../node_modules/${path}`,
  import: names,
  ignore: peers,
  gzip: true,
})

export default [
  entry('reactUseWebSocket socket', 'react-use-websocket/dist/lib/use-websocket.js', '{ useWebSocket }'),
  entry('partysocket socket', 'partysocket/dist/react.js', '{ useWebSocket }'),
  entry('ahooks socket', 'ahooks/es/index.js', '{ useWebSocket }'),
  entry('ahooks polling', 'ahooks/es/index.js', '{ useRequest }'),
  entry('swr socket', 'swr/dist/subscription/index.mjs', '*'),
  entry('swr polling', 'swr/dist/index/index.mjs', '*'),
]
