/** Notes in the order of their arrival. */
export function NoteList({ notes }: { notes: readonly unknown[] }) {
  return (
    <ol className="notes" aria-label="Notes">
      {notes.map((note, index) => (
        <li key={index} data-note>
          {String(note)}
        </li>
      ))}
    </ol>
  )
}
