// Wallets of the browser that follow the wallet standard. Loaded only when somebody wants to sign in.
import type { Signer } from "@quantdesk/client";
import { getWallets } from "@wallet-standard/app";

interface SignMessageFeature {
  signMessage(input: { account: WalletAccount; message: Uint8Array }): Promise<readonly { signature: Uint8Array }[]>;
}

type Wallet = ReturnType<ReturnType<typeof getWallets>["get"]>[number];
type WalletAccount = Wallet["accounts"][number];

export interface WalletChoice {
  readonly name: string;
  readonly icon: string;
  connect(): Promise<Signer>;
}

export function wallets(): WalletChoice[] {
  return getWallets()
    .get()
    .filter((wallet) => "solana:signMessage" in wallet.features && "standard:connect" in wallet.features)
    .map((wallet) => ({ name: wallet.name, icon: wallet.icon, connect: () => connect(wallet) }));
}

async function connect(wallet: Wallet): Promise<Signer> {
  const { connect: ask } = wallet.features["standard:connect"] as { connect(): Promise<{ accounts: readonly WalletAccount[] }> };
  const account = (await ask()).accounts[0];
  if (account === undefined) throw new Error(`${wallet.name} has shared no account`);
  const feature = wallet.features["solana:signMessage"] as SignMessageFeature;
  return {
    publicKey: account.address,
    async sign(message) {
      const [signed] = await feature.signMessage({ account, message });
      if (signed === undefined) throw new Error(`${wallet.name} has not signed`);
      return signed.signature;
    },
  };
}
