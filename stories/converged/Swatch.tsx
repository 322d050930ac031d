/** A line or mark of the plot, for the legend. */
export function Swatch({ of }: { readonly of: 'library' | 'glue' | 'cut' }) {
  return (
    <svg
      className={`converged-swatch converged-swatch-${of}`}
      viewBox="0 0 32 8"
      width="32"
      height="8"
      aria-hidden="true"
    >
      {of === 'cut' ? <circle cx="16" cy="4" r="4" /> : <path d="M0 4H32" />}
    </svg>
  )
}
