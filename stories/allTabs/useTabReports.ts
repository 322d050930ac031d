import { useCallback, useEffect, useState } from 'react'
import type { TabName, TabReport } from './tabReport.ts'

type Reports = Partial<Record<TabName, TabReport>>

/** The last report of each tab, and a function that forgets a tab's. */
export function useTabReports(): readonly [Reports, (tab: TabName) => void] {
  const [reports, setReports] = useState<Reports>({})
  useEffect(() => {
    const receive = ({ data, source }: MessageEvent<Partial<TabReport> | null>) => {
      // A frame that is being removed may still report.
      if (source === null || !data?.tab) return
      setReports(before => ({ ...before, [data.tab as TabName]: data as TabReport }))
    }
    window.addEventListener('message', receive)
    return () => window.removeEventListener('message', receive)
  }, [])
  const forget = useCallback((tab: TabName) => setReports(before => ({ ...before, [tab]: undefined })), [])
  return [reports, forget]
}
