import { useEffect, useRef } from "react";
import { commands, onSignal } from "../commands.js";

export function Keys() {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => onSignal("help", () => dialog.current?.showModal()), []);
  return (
    <dialog ref={dialog} className="dialog" aria-label="Keys">
      <h2>Keys</h2>
      <dl className="keys">
        {commands().filter(({ keys }) => keys !== undefined).map(({ id, keys, label }) => (
          <div key={id}><dt><kbd>{keys}</kbd></dt><dd>{label}</dd></div>
        ))}
      </dl>
      <button type="button" className="small" onClick={() => dialog.current?.close()}>Close</button>
    </dialog>
  );
}
