"""The commands of `polemos`, one module each; a module imports what is slow only when it runs."""
