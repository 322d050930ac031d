import { version } from 'react'
import { version as domVersion } from 'react-dom'
import { expect } from 'vitest'

// Or all tests would pass, and say nothing.
expect([version, domVersion]).toEqual(['18.3.1', '18.3.1'])
