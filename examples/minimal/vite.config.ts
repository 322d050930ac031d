import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

const server = `ws://localhost:${process.env.PORT ?? 8080}`

export default defineConfig({
  plugins: [react()],
  // The page connects to /socket on its own origin, and Vite forwards that to server.js.
  server: { proxy: { '/socket': { target: server, ws: true } } },
})
