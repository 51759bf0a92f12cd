/**
 * What `ministack/fidelity.py` corrects, against real containers: each test names what AWS does. One local AWS serves
 * them all.
 */
import "./fidelity/containers.ts";
import "./fidelity/requests.ts";
import "./fidelity/starts.ts";
import "./fidelity/ends.ts";
import "./fidelity/projects.ts";
