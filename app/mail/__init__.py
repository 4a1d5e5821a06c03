"""Mail: what it says, and how it gets to the SMTP server. Which mails there are to send, the services know."""
