/** Parameters that show the source of the example that the story runs. */
export function code(source: string) {
  return { docs: { source: { code: source.trim(), language: 'tsx' } } }
}

/** Parameters that add an introduction to the docs page. */
export function describeStory(component: string) {
  return { docs: { description: { component } } }
}
