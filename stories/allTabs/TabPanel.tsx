import { formatCount } from '../parts/format.ts'
import { StatusLight } from '../parts/StatusLight.tsx'
import type { TabReport } from './tabReport.ts'

const ROLES = { owner: 'opened it', joined: 'joined it' } as const

/** The connection as the worker hands it out: one row for each tab. */
export function TabPanel({ reports }: { readonly reports: readonly TabReport[] }) {
  if (reports.length === 0) return <p className="quiet">No tab is open.</p>
  return (
    <table aria-label="Tabs of the connection">
      <thead>
        <tr>
          <th scope="col">Tab</th>
          <th scope="col">Status</th>
          <th scope="col">Connection</th>
          <th scope="col">Messages from the worker</th>
          <th scope="col">In batches</th>
        </tr>
      </thead>
      <tbody>
        {reports.map(({ tab, status, role, messages, batches }) => (
          <tr key={tab} data-tab={tab} data-role={role ?? 'own'}>
            <th scope="row">{tab}</th>
            <td>
              <StatusLight status={status} />
            </td>
            <td>{role ? ROLES[role] : 'its own'}</td>
            <td className="figures">{formatCount(messages)}</td>
            <td className="figures">{formatCount(batches)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
