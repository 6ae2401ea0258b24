import { useEffect, useRef, useState } from "react";
import { developmentWallet, type Limits, signIn, signOut } from "../data/session.js";
import { NO_ACCOUNT, store, use } from "../data/store.js";
import { messageOf } from "../data/trading.js";
import type { WalletChoice } from "../data/wallets.js";
import { shortAddress, usd } from "../format.js";
import { useNow } from "./useNow.js";

export function AccountBar() {
  const account = use((state) => state.account);
  const margin = use((state) => state.margin);
  const ended = use((state) => state.sessionEnded);
  const keyEndsAt = use((state) => state.sessionKey?.endsAt ?? 0);
  const now = useNow(1_000);
  const unsigned = account !== undefined && keyEndsAt <= now;
  const [open, setOpen] = useState(false);
  const [trouble, setTrouble] = useState("");
  useEffect(() => {
    if (ended) setOpen(true);
  }, [ended]);
  const leave = () => {
    setTrouble("");
    signOut().then(() => store.setState(NO_ACCOUNT), (error: unknown) => setTrouble(`You are still signed in: ${messageOf(error)}`));
  };
  return (
    <div className="account">
      {account === undefined ? (
        <button type="button" className="primary" onClick={() => setOpen(true)}>Sign in</button>
      ) : (
        <>
          {account.kind === "development" && <span className="badge old" title="This key lies in this browser's storage. Local chain only.">development key</span>}
          <dl>
            <div><dt>Equity</dt><dd>{usd(margin?.equity)}</dd></div>
            <div><dt>Free margin</dt><dd>{usd(margin?.freeMargin)}</dd></div>
          </dl>
          {unsigned && (
            <button type="button" className="small" title="The key that signs your orders has ended: your wallet has to name a new one" onClick={() => setOpen(true)}>
              Renew the session key
            </button>
          )}
          <span className="address" title={account.address}>{shortAddress(account.address)}</span>
          <button type="button" className="small" onClick={leave}>Sign out</button>
        </>
      )}
      {trouble !== "" && <span className="bad" role="alert">{trouble}</span>}
      {open && <SignIn ended={ended} onClose={() => { setOpen(false); setTrouble(""); }} />}
    </div>
  );
}

function SignIn({ ended, onClose }: { ended: boolean; onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const cluster = use((state) => state.config.cluster);
  const [limits, setLimits] = useState<Limits>({ maxOrderNotional: "25000", hours: 8 });
  const [choices, setChoices] = useState<WalletChoice[]>([]);
  const [busy, setBusy] = useState("");
  const [trouble, setTrouble] = useState("");
  useEffect(() => {
    dialog.current?.showModal();
    import("../data/wallets.js").then(({ wallets }) => setChoices(wallets()), (error: unknown) => setTrouble(messageOf(error)));
  }, []);
  const limitIsSound = /^(0|[1-9][0-9]{0,12})(\.[0-9]{1,6})?$/.test(limits.maxOrderNotional) && Number(limits.maxOrderNotional) > 0;
  const enter = (kind: "development" | "wallet", wallet: () => ReturnType<typeof developmentWallet>) => {
    setBusy("Waiting for the signatures…");
    setTrouble("");
    wallet()
      .then((signer) => signIn(signer, kind, limits))
      .then(() => dialog.current?.close(), (error: unknown) => setTrouble(messageOf(error)))
      .finally(() => setBusy(""));
  };
  return (
    <dialog ref={dialog} className="dialog" aria-label="Sign in" onClose={onClose}>
      <h2>{ended ? "Your session has ended" : "Sign in"}</h2>
      <p className="quiet">
        {ended && "Sign in again; the ticket keeps what you typed. "}
        Your wallet signs twice: who you are, and what a session key in this browser may sign for you. The key can't be read out of the browser.
      </p>
      <div className="two">
        <label>
          Largest order (USDC)
          <input inputMode="decimal" value={limits.maxOrderNotional} onChange={(event) => setLimits({ ...limits, maxOrderNotional: event.target.value.trim() })} />
        </label>
        <label>
          For
          <select value={limits.hours} onChange={(event) => setLimits({ ...limits, hours: Number(event.target.value) })}>
            <option value={1}>1 hour</option>
            <option value={8}>8 hours</option>
            <option value={24}>1 day</option>
            <option value={168}>7 days</option>
          </select>
        </label>
      </div>
      <div className="wallets">
        {choices.map((choice) => (
          <button key={choice.name} type="button" className="primary" disabled={busy !== "" || !limitIsSound} onClick={() => enter("wallet", choice.connect)}>
            <img src={choice.icon} alt="" width={18} height={18} /> {choice.name}
          </button>
        ))}
        {choices.length === 0 && <p className="quiet">No wallet of the Solana wallet standard is installed in this browser.</p>}
        {cluster === "local" && (
          <button type="button" className="development" disabled={busy !== "" || !limitIsSound} onClick={() => enter("development", developmentWallet)}>
            Development key — local chain only
          </button>
        )}
      </div>
      <p role="status" className="quiet">{limitIsSound ? busy : "The largest order is an amount above zero, such as 25000."}</p>
      {trouble !== "" && <p className="bad" role="alert">{trouble}</p>}
      <button type="button" className="small" onClick={() => dialog.current?.close()}>Close</button>
    </dialog>
  );
}
