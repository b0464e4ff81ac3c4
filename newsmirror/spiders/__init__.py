"""One file a site: its declaration and a spider of four lines."""
