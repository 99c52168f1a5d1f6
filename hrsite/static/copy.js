// "Copy" beside an address. Without this script the address can be selected and copied by hand.
for (const button of document.querySelectorAll("[data-copies]")) {
  const box = document.getElementById(button.dataset.copies);
  const told = document.querySelector(`[data-told="${box.id}"]`);
  button.hidden = false;
  button.onclick = async () => {
    let done = true;
    box.select();
    try {
      await navigator.clipboard.writeText(box.value);
    } catch { // No https, or not allowed: the old way.
      done = document.execCommand("copy");
    }
    told.textContent = done ? "Copied." : "The address is selected. Now press copy.";
  };
}
