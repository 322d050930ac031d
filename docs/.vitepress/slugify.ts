/** The anchor of a heading, as GitHub makes it: a link works on the site, on GitHub and in an editor. */
export function slugify(heading: string): string {
  return heading
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{N}_\- ]/gu, '')
    .replaceAll(' ', '-')
}
