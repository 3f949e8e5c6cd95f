"""The inbox page and the knobs, below /mail."""

from __future__ import annotations

from flask import Blueprint, Response, abort, jsonify, render_template, request

from sandbox.mail import box, faults
from sandbox.world import World

SHOWN = 200
RIGHTS = "allow-popups allow-popups-to-escape-sandbox"


def make_blueprint(world: World) -> Blueprint:
    """The pages of one world's mail: /mail/inbox, one mail alone, and /mail/_control."""
    pages = Blueprint("mail", __name__, template_folder="templates")

    @pages.get("/inbox")
    def inbox() -> str:
        with world.locked():
            mails = box.every(world)
            return render_template("mail/inbox.html", mails=mails[::-1][:SHOWN], total=len(mails), rights=RIGHTS)

    @pages.get("/inbox/<int:number>")
    def mail(number: int) -> Response:
        with world.locked():
            found = box.one(world, number) or abort(404)
        head, tag, rest = found["html"].partition("<head>")
        answer = Response(f'{head}{tag}<base target="_blank">{rest}', mimetype="text/html")
        shown = "default-src 'none'; img-src http: https: data:; style-src 'unsafe-inline'"
        answer.headers["Content-Security-Policy"] = f"sandbox {RIGHTS}; {shown}"
        return answer

    @pages.get("/_control/mails")
    def control_mails() -> Response:
        with world.locked():
            return jsonify(box.every(world, request.args.get("to")))

    @pages.get("/_control/faults")
    def control_faults() -> Response:
        with world.locked():
            return jsonify(faults.every(world))

    @pages.post("/_control/faults")
    def control_set_faults() -> tuple[Response, int] | Response:
        try:
            with world.locked():
                faults.put(world, request.get_json(silent=True))
        except ValueError as error:
            return jsonify({"error": str(error)}), 400
        return control_faults()

    return pages
