import { Command } from "cmdk";
import { commands } from "../commands.js";

export default function Palette({ onClose }: { onClose: () => void }) {
  return (
    <Command.Dialog open onOpenChange={(open) => !open && onClose()} label="Command palette" className="palette">
      <Command.Input placeholder="What would you like to do?" aria-label="Command" />
      <Command.List>
        <Command.Empty>Nothing found</Command.Empty>
        {commands().map(({ id, label, keys, run }) => (
          <Command.Item
            key={id}
            value={label}
            onSelect={() => {
              onClose();
              run();
            }}
          >
            {label}
            {keys !== undefined && <kbd>{keys}</kbd>}
          </Command.Item>
        ))}
      </Command.List>
    </Command.Dialog>
  );
}
