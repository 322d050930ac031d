import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

const server = `http://localhost:${process.env.PORT ?? 8081}`

export default defineConfig({
  plugins: [react()],
  // The page requests /api on its own origin, and Vite forwards that to the server.
  server: { proxy: { '/api': server } },
})
