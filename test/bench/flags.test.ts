import { describe, expect, it } from 'vitest'
import { readFlags } from '../../bench/flags.ts'

const read = (...args: string[]) => readFlags(args, ['burst', 'quiet'])

describe('the command line', () => {
  it('runs all workloads in five rounds by default', () => {
    expect(read()).toEqual({ workloads: [], rounds: 5, check: false, mode: 'compare' })
  })

  it('accepts workloads one by one or separated by commas', () => {
    expect(read('--workload', 'burst', '--workload', 'quiet').workloads).toEqual(['burst', 'quiet'])
    expect(read('--workload=burst,quiet').workloads).toEqual(['burst', 'quiet'])
  })

  it('is refused with the list of names if it names another workload', () => {
    expect(() => read('--workload', 'brust')).toThrow(
      'There is no workload "brust". There are: burst, quiet.',
    )
  })

  it('is refused with an unknown flag or a stray word', () => {
    expect(() => read('--fast')).toThrow("Unknown option '--fast'")
    expect(() => read('burst')).toThrow("Unexpected argument 'burst'")
  })

  it.each(['0', '-1', '2.5', 'many', ''])('is refused with "%s" rounds', rounds => {
    expect(() => read(`--rounds=${rounds}`)).toThrow(`--rounds takes a number from 1, not "${rounds}".`)
  })

  it('can request a check, a profile, growth, memory or tabs', () => {
    expect(read('--check').check).toBe(true)
    expect(read('--profile', '--workload', 'burst').mode).toBe('profile')
    expect(read('--growth', '--rounds', '2')).toMatchObject({ mode: 'growth', rounds: 2 })
    expect(read('--memory', '--check')).toMatchObject({ mode: 'memory', check: true })
    expect(read('--tabs').mode).toBe('tabs')
  })

  it('is refused if it requests two things at once', () => {
    expect(() => read('--growth', '--memory')).toThrow('--growth and --memory do not go together.')
    expect(() => read('--growth', '--workload', 'burst')).toThrow('--growth takes no --workload.')
  })
})
