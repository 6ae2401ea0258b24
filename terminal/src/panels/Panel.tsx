import type { ReactNode } from "react";

export function Panel(props: { name: string; title: string; aside?: ReactNode; children: ReactNode; help?: string }) {
  return (
    <section className={`panel ${props.name}`} aria-label={props.title}>
      <div className="panel-head">
        <h2 title={props.help}>{props.title}</h2>
        {props.aside}
      </div>
      {props.children}
    </section>
  );
}
