import type { Metadata } from 'next'
import type { ReactNode } from 'react'
import { Providers } from './Providers'
import './style.css'

export const metadata: Metadata = { title: 'Live prices' }

export default function Layout({ children }: { children: ReactNode }) {
  return (
    <html lang="en">
      <body>
        <Providers>{children}</Providers>
      </body>
    </html>
  )
}
