import { cleanup, configure } from '@testing-library/react'
import { afterEach } from 'vitest'

// A busy machine may take longer than the default second. No test waits on purpose until it is over.
configure({ asyncUtilTimeout: 8_000 })

// Testing Library does this by itself only where the test functions are globals, which they are not here.
afterEach(cleanup)
