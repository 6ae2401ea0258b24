/** Markets, their trading rules, and exact conversion between wire decimals and whole units. Pure. */
package dev.quantdesk.kit.market;
