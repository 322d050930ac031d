import react from '@vitejs/plugin-react'
import { defineConfig, type ProxyOptions } from 'vite'

// The page connects to /api on its own origin, and Vite forwards that to the balancer.
const api: ProxyOptions = {
  target: process.env.API ?? 'http://localhost:8080',
  ws: true,
  configure: proxy =>
    proxy.on('proxyRes', (upstream, _request, response) => {
      // Without this, Vite keeps a stream open that has broken off behind it.
      upstream.on('close', () => upstream.complete || response.destroy())
    }),
}

export default defineConfig({ plugins: [react()], server: { proxy: { '/api': api } } })
