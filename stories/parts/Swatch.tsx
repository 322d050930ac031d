import './plot.css'

/** The line of that index in the plots. */
export function Swatch({ index }: { readonly index: number }) {
  return (
    <svg className={`swatch swatch-${index + 1}`} viewBox="0 0 32 8" width="32" height="8" aria-hidden="true">
      <path d="M0 4H32" />
    </svg>
  )
}
