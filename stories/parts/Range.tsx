import './range.css'

export interface RangeProps {
  label: string
  value: number
  onChange: (value: number) => void
  limits: { readonly min: number; readonly max: number; readonly step: number }
  /** The value with its unit. */
  text: string
}

/** A slider with its name and its value in words. */
export function Range({ label, value, onChange, limits, text }: RangeProps) {
  return (
    <label className="range">
      <span>{label}</span>
      <output className="figures">{text}</output>
      <input
        type="range"
        {...limits}
        value={value}
        aria-valuetext={text}
        onChange={event => onChange(event.currentTarget.valueAsNumber)}
      />
    </label>
  )
}
