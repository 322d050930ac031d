import { useId } from 'react'
import './range.css'

export interface RangeProps {
  label: string
  value: number
  onChange: (value: number) => void
  limits: { readonly min: number; readonly max: number; readonly step: number }
  /** The value with its unit. */
  text: string
}

/** A slider with a label and a readable value. */
export function Range({ label, value, onChange, limits, text }: RangeProps) {
  const id = useId()
  return (
    <div className="range">
      <label htmlFor={id}>{label}</label>
      <output htmlFor={id} className="figures">
        {text}
      </output>
      <input
        id={id}
        type="range"
        {...limits}
        value={value}
        aria-valuetext={text}
        onChange={event => onChange(event.currentTarget.valueAsNumber)}
      />
    </div>
  )
}
