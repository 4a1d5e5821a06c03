"""Which requests may go on to Umami, and as whom."""
