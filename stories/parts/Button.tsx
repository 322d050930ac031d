import type { ComponentProps } from 'react'

export interface ButtonProps extends ComponentProps<'button'> {
  look?: 'plain' | 'primary'
}

export function Button({ look = 'plain', ...props }: ButtonProps) {
  return <button type="button" {...props} className={`button button-${look}`} />
}
